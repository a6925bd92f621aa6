// Makes the man page of the command, dist/td-sluice.1, from docs/command-line.md.
import { readFileSync, writeFileSync } from 'node:fs'

const { version, description } = JSON.parse(readFileSync('package.json', 'utf8'))
const page = readFileSync('docs/command-line.md', 'utf8').replace(/<!--.*?-->\n/gs, '')

/** A text in the language of man(7): a backslash and a leading dot or quote mean something there. */
function roff(text) {
  return text
    .replace(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('\\|', '|')
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/`([^`]+)`/g, '\\fB$1\\fR')
    .replace(/^(?=[.'])/, '\\&')
}

/** Lines of Markdown: headings, tables, lists and paragraphs. */
function lineOf(line) {
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
writeFileSync('dist/td-sluice.1', `${[...head, ...page.split('\n').flatMap(lineOf)].join('\n')}\n`)
