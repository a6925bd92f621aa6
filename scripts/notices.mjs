// The packages whose code is part of dist/, with their licenses.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The text of THIRD-PARTY-NOTICES.
 *
 * @param inputs paths of the bundled files
 */
export function noticesOf(inputs) {
  const folders = new Set()
  for (const path of inputs) {
    const [folder] = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path) ?? []
    if (folder !== undefined) folders.add(folder)
  }
  const notices = [...folders].map(noticeOf).sort()
  return `td-sluice contains code of these packages.\n\n${notices.join('\n')}`
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry))
  if (file === undefined) throw new Error(`${name} is bundled, and comes without the text of its license`)
  const text = readFileSync(join(folder, file), 'utf8').trim()
  return `${name} ${version} (${license})\n\n${text.replace(/^/gm, '    ').replace(/[ \t]+$/gm, '')}\n`
}
