/**
 * The sandbox, for the commands that start it. The published command takes it from the library's files beside it
 * (`scripts/bundle.mjs`), as an eighth of the package would be in it twice otherwise.
 */
export function importSandbox(): Promise<typeof import('../sandbox/index.js')> {
  return import('../sandbox/index.js')
}
