import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { type ApiName, apiOf, namesOf, withoutLinks } from './api.js'
import type { Page } from './page.js'

const declarations = new Map<string, ts.SourceFile>()

/** What a file declares, as the compiler writes it for users: without bodies, with docstrings. */
function declarationsOf(file: string): ts.SourceFile {
  const known = declarations.get(file)
  if (known !== undefined) return known
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext }
  const { outputText } = ts.transpileDeclaration(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions,
  })
  const source = ts.createSourceFile(file, outputText, ts.ScriptTarget.Latest, true)
  declarations.set(file, source)
  return source
}

function entryOf({ name, file, declaredAs }: ApiName): string {
  const statements = declarationsOf(file).statements.filter((statement) =>
    namesOf(statement).includes(declaredAs),
  )
  if (statements.length === 0) throw new Error(`${file} declares no ${declaredAs}`)
  const docs = statements.flatMap((statement) => ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc))
  const code = statements.map((statement) => statement.getText().replace(/^export (declare )?/, ''))
  return [`### ${name}`, ...docs.map(proseOf), codeBlock(withoutLinks(code.join('\n')))].join('\n')
}

const codeBlock = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``

function proseOf({ comment, tags }: ts.JSDoc): string {
  const said = ts.getTextOfJSDocComment(comment) ?? ''
  return [withoutLinks(said), ...(tags ?? []).map(tagText)].join('\n')
}

function tagText(tag: ts.JSDocTag): string {
  const text = ts.getTextOfJSDocComment(tag.comment) ?? ''
  const kind = tag.tagName.text
  if (kind === 'example') return codeBlock(text)
  const flat = withoutLinks(text.replace(/\s+/g, ' '))
  if (ts.isJSDocParameterTag(tag)) return `- \`${tag.name.getText()}\`: ${flat}`
  if (kind === 'throws') return `- Throws ${flat}`
  return `- ${kind}: ${flat}`
}

export const reference: Page = {
  path: 'docs/reference.md',
  render: () =>
    [...apiOf()]
      .map(([specifier, names]) => `## ${specifier}\n\n${names.map(entryOf).join('\n\n')}`)
      .join('\n\n'),
}
