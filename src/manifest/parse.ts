import type { core } from 'zod'
import { messageOf, SluiceError } from '../errors.js'
import { suggestion } from '../model/suggest.js'
import { PARAM_TYPES } from '../sql/param-types.js'
import { ManifestDocument } from './document.js'
import { labelOf, ManifestProblems, type Path, type Problem, problemLine } from './problems.js'
import { defaultsSchema, exportSchema, type Manifest, manifestSchema } from './schema.js'

/** A manifest as it was written, with the place of everything in it. */
export interface ParsedManifest {
  readonly manifest: Manifest
  readonly document: ManifestDocument
}

/**
 * Reads a manifest from its YAML text. Everything that is wrong is found at once.
 *
 * @param file the path as it is to be shown
 * @param isObject whether the text was made of an object: problems then tell their keys
 * @throws SluiceError `E_CONFIG`, whose cause is a `ManifestProblems`.
 */
export function parseManifest(source: string, file: string, isObject = false): ParsedManifest {
  const document = new ManifestDocument(source, file, isObject)
  refuse(document.file, document.problems)
  const result = manifestSchema.safeParse(withoutExtensions(readValue(document)))
  if (!result.success) refuse(document.file, problemsOf(document, result.error.issues))
  return { manifest: result.data!, document }
}

/** Throws `E_CONFIG` when there are any problems. */
export function refuse(file: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return
  // A mistake in the defaults is found with each export.
  const distinct = new Map(problems.map((problem) => [problemLine(problem), problem]))
  const sorted = [...distinct.values()].sort((a, b) => a.line - b.line || a.column - b.column)
  const count = sorted.length === 1 ? 'a problem' : `${sorted.length} problems`
  throw new SluiceError('E_CONFIG', `${file} has ${count}; nothing was started`, {
    cause: new ManifestProblems(sorted),
  })
}

function readValue(document: ManifestDocument): unknown {
  try {
    return document.value()
  } catch (error) {
    refuse(document.file, [document.problem([], messageOf(error))])
  }
}

/** Without the keys that are for people and anchors only, `x-…`, as other tools have them too. */
function withoutExtensions(manifest: unknown): unknown {
  if (!isMapping(manifest)) return manifest
  const { exports, defaults } = manifest
  return {
    ...known(manifest),
    ...(isMapping(defaults) && { defaults: known(defaults) }),
    ...(Array.isArray(exports) && { exports: exports.map((each) => (isMapping(each) ? known(each) : each)) }),
  }
}

function known(mapping: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(mapping).filter(([key]) => !key.startsWith('x-')))
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function problemsOf(document: ManifestDocument, issues: readonly core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys')
      return [document.problem(issue.path, problemText(document, issue))]
    const known = keysAt(issue.path)
    return issue.keys.map((key) =>
      document.keyProblem(issue.path, key, `unknown key ${key}${suggestion(key, known)}`),
    )
  })
}

function problemText(document: ManifestDocument, issue: core.$ZodIssue): string {
  if (issue.path.length === 0 && issue.code === 'invalid_type')
    return 'the manifest has no keys such as exports; td-sluice init writes a first one'
  const what = labelOf(issue.path)
  if (issue.code === 'invalid_type' && !document.has(issue.path)) return `${what} is missing`
  return `${what}: ${issue.message.replace(/^Invalid (?:input|option): /, '').replace(/^Too (?:big|small): /, '')}`
}

/** The keys that may stand at `path`, where only known ones may. */
function keysAt([first, ...rest]: Path): readonly string[] {
  if (rest.includes('params')) return PARAM_TYPES
  if (first === undefined) return Object.keys(manifestSchema.shape)
  return Object.keys(first === 'exports' ? exportSchema.shape : defaultsSchema.shape)
}
