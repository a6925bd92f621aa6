import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { SluiceError } from '../errors.js'
import { suggestion } from '../model/suggest.js'
import type { Session } from './session.js'
import { type Style, styleFor } from './terminal/style.js'
import { printLines } from './text/print.js'

/** The pages that come with the package, from src/cli/ as well as from a file of dist/. */
const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url))

/** Below docs/; the first that has a page of that name wins. */
const FOLDERS = ['', 'guides/']

/** The page of a topic, such as `errors` or `guides/errors`; undefined where there is none. */
export function topicPage(topic: string): string | undefined {
  if (!/^(?:[a-z]+\/)?[\w-]+$/i.test(topic)) return undefined
  return FOLDERS.map((folder) => `${DOCS}${folder}${topic.toLowerCase()}.md`).find((path) => existsSync(path))
}

/** Prints the page of a topic, or a list of all for `topics`. @throws SluiceError `E_USAGE` for an unknown topic. */
export function printTopic(topic: string, commands: readonly string[], session: Session): void {
  const { context, general } = session
  const page = topicPage(topic)
  if (page !== undefined) {
    const style = styleFor(context.stdoutIsTerminal, context.env, general.color)
    printLines(pageLines(readFileSync(page, 'utf8'), style), session)
    return
  }
  const topics = topicNames()
  if (topic === 'topics') {
    printLines(topics, session)
    return
  }
  const meant = suggestion(topic, [...commands, ...topics])
  throw new SluiceError('E_USAGE', `there is no command or topic ${JSON.stringify(topic)}${meant}`, {
    hint: 'td-sluice --help lists the commands, td-sluice help topics the topics',
  })
}

/** Prints the JSON Schema of manifests. */
export function printManifestSchema(session: Session): void {
  printLines(readFileSync(`${DOCS}manifest.schema.json`, 'utf8').trimEnd().split('\n'), session)
}

function topicNames(): string[] {
  const pages = ['', 'guides/'].flatMap((folder) =>
    readdirSync(`${DOCS}${folder}`).flatMap((file) => /^([a-z][\w-]*)\.md$/.exec(file)?.[1] ?? []),
  )
  return [...new Set(pages)].sort()
}

/** A page as it is read on a terminal: without links and comments, headings bold. */
function pageLines(markdown: string, style: Style): string[] {
  let isCode = false
  return markdown
    .replace(/<!--.*?-->\n?/gs, '')
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      if (line.startsWith('```')) {
        isCode = !isCode
        return []
      }
      if (isCode) return [`    ${line}`]
      const text = line.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1').replaceAll('&lt;', '<')
      return [/^#+ /.test(text) ? style.bold(text.replace(/^#+ /, '')) : text]
    })
}
