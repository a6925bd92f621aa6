import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
// @ts-expect-error a script without types
import { ENTRY_POINTS } from '../entry-points.mjs'
import { type Page, tableOf } from './page.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** One exported name. */
export interface ApiName {
  readonly name: string
  /** Types are gone when a program runs. */
  readonly kind: 'function' | 'class' | 'value' | 'type'
  /** The first sentence of its docstring. */
  readonly says: string
  /** Where it is declared, and by which name. */
  readonly file: string
  readonly declaredAs: string
}

/** The import specifiers of the entry points, each with its names: functions and values first, both by the alphabet. */
export function apiOf(): ReadonlyMap<string, readonly ApiName[]> {
  return new Map(
    (ENTRY_POINTS as string[]).map((path) => {
      const specifier = path === 'index' ? 'td-sluice' : `td-sluice/${path.replace(/\/index$/, '')}`
      return [specifier, exportsOf(join(ROOT, 'src', `${path}.ts`)).toSorted(byKindAndName)]
    }),
  )
}

function byKindAndName(one: ApiName, other: ApiName): number {
  const [first, second] = [one, other].map(({ kind }) => Number(kind === 'type'))
  return first! - second! || one.name.localeCompare(other.name, 'en')
}

const parsed = new Map<string, ts.SourceFile>()

function parse(file: string): ts.SourceFile {
  const known = parsed.get(file)
  if (known !== undefined) return known
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  parsed.set(file, source)
  return source
}

function exportsOf(file: string): ApiName[] {
  return parse(file).statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const from = fileOf(file, statement)
      const clause = statement.exportClause
      if (from === undefined || clause === undefined || !ts.isNamedExports(clause)) {
        throw new Error(`${relative(ROOT, file)} exports more than names`)
      }
      return clause.elements.map(({ name, propertyName, isTypeOnly }) => {
        const found = declared(from, (propertyName ?? name).text)
        // A class may be there for the compiler only.
        const kind = isTypeOnly || statement.isTypeOnly ? 'type' : found.kind
        return { ...found, kind, name: name.text }
      })
    }
    return namesOf(statement).map((name) => declared(file, name))
  })
}

function fileOf(
  file: string,
  { moduleSpecifier }: Partial<Pick<ts.ExportDeclaration, 'moduleSpecifier'>>,
): string | undefined {
  if (moduleSpecifier === undefined || !ts.isStringLiteral(moduleSpecifier)) return undefined
  return join(dirname(file), moduleSpecifier.text.replace(/\.js$/, '.ts'))
}

/** The declaration or re-export of that name in a file. */
function declared(file: string, name: string): ApiName {
  const { statements } = parse(file)
  for (const statement of statements) {
    if (namesOf(statement).includes(name))
      return { name, kind: kindOf(statement), says: firstSentence(statement), file, declaredAs: name }
    const elements = namedElements(statement)
    const found = elements.find((element) => element.name.text === name)
    const from = fileOf(file, statement as ts.ExportDeclaration)
    if (from !== undefined && found !== undefined)
      return declared(from, (found.propertyName ?? found.name).text)
  }
  throw new Error(`${relative(ROOT, file)} does not export ${name}`)
}

/** Names of an import or export, with other names for some. */
function namedElements(statement: ts.Statement): readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] {
  const clause = ts.isImportDeclaration(statement)
    ? statement.importClause?.namedBindings
    : ts.isExportDeclaration(statement)
      ? statement.exportClause
      : undefined
  return clause !== undefined && (ts.isNamedExports(clause) || ts.isNamedImports(clause))
    ? clause.elements
    : []
}

/** The names that a statement declares and exports. */
export function namesOf(statement: ts.Statement): string[] {
  const isExported =
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  if (!isExported) return []
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map((declaration) => declaration.name.getText())
  }
  const { name } = statement as ts.DeclarationStatement
  return name === undefined ? [] : [name.getText()]
}

function kindOf(statement: ts.Statement): ApiName['kind'] {
  if (ts.isFunctionDeclaration(statement) || isConstantFunction(statement)) return 'function'
  if (ts.isClassDeclaration(statement)) return 'class'
  return ts.isVariableStatement(statement) ? 'value' : 'type'
}

function isConstantFunction(statement: ts.Statement): boolean {
  if (!ts.isVariableStatement(statement)) return false
  return statement.declarationList.declarations.every(
    ({ initializer }) => initializer !== undefined && ts.isArrowFunction(initializer),
  )
}

function firstSentence(statement: ts.Statement): string {
  const comment = ts.getJSDocCommentsAndTags(statement).find(ts.isJSDoc)?.comment
  const text = ts.getTextOfJSDocComment(comment) ?? ''
  const flat = withoutLinks(text.split('\n\n')[0]!.replace(/\s+/g, ' '))
  return flat
    .replace(/([.:]) (?=[A-Z`]).*$/, '$1')
    .replace(/[.:]$/, '')
    .replaceAll('|', '\\|')
}

/** `{@link x}`, which Markdown does not have, as a name. */
export const withoutLinks = (text: string): string => text.replace(/\{@link ([^}|]+)[^}]*\}/g, '`$1`')

export const api: Page = {
  path: 'docs/api.md',
  render: () =>
    [...apiOf()]
      .map(([specifier, names]) => {
        const rows = names.map(({ name, kind, says }) => [`\`${name}\``, kind, says])
        return `## ${specifier}\n${tableOf(['export', 'kind', 'what it is'], rows)}`
      })
      .join('\n\n'),
}
