// Makes the man page of the command, dist/td-sluice.1 unless an argument names another file, from docs/command-line.md.
import { readFileSync, writeFileSync } from 'node:fs'

const { version, description } = JSON.parse(readFileSync('package.json', 'utf8'))
const page = readFileSync('docs/command-line.md', 'utf8').replace(/<!--.*?-->\n/gs, '')

/** A text as it stands, in the language of man(7): a backslash and a leading dot or quote mean something there. */
function verbatim(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replace(/^(?=[.'])/, '\\&')
}

/** A text of Markdown. */
function roff(text) {
  const plain = text
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('\\|', '|')
  return verbatim(plain).replace(/`([^`]+)`/g, '\\fB$1\\fR')
}

/** Whether the lines that follow are of a block of code. */
let isCode = false

/** Lines of Markdown: headings, tables, lists, paragraphs and blocks of code. */
function lineOf(line) {
  if (line.startsWith('```')) {
    isCode = !isCode
    return isCode ? ['.nf', '.RS 4'] : ['.RE', '.fi']
  }
  if (isCode) return [verbatim(line)]
  if (/^# |^\|[-:| ]+\|$/.test(line)) return []
  const [, marks, heading] = /^(##+) (.*)$/.exec(line) ?? []
  if (heading) return [`.${marks === '##' ? 'SH' : 'SS'} ${roff(heading)}`]
  if (line.startsWith('| ')) {
    const [first, ...rest] = line.slice(2, -2).split(/ \| /)
    return ['.TP', roff(first), roff(rest.filter((cell) => cell.trim() !== '').join('; '))]
  }
  if (line.startsWith('- ')) return ['.IP \\(bu 2', roff(line.slice(2))]
  return line.trim() === '' ? ['.PP'] : [roff(line.trim())]
}

const head = [
  `.TH TD\\-SLUICE 1 "" "td\\-sluice ${version}"`,
  '.SH NAME',
  `td\\-sluice \\- ${roff(description)}`,
  '.SH SYNOPSIS',
  '\\fBtd\\-sluice\\fR COMMAND [options]',
  '.SH DESCRIPTION',
]
const [path = 'dist/td-sluice.1'] = process.argv.slice(2)
writeFileSync(path, `${[...head, ...page.split('\n').flatMap(lineOf)].join('\n')}\n`)
