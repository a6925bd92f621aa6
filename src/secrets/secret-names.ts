/** Makes a secret of whatever has it in its name, whatever it runs into. */
const ANYWHERE =
  /passw|passphrase|passcode|secret|credential|api_?keys?|access_?key|private_?key|webhook|connection_?string/

/** Words that say it when they stand for themselves: `pat` is no part of `path` then. */
const WORDS = new Set(
  (
    'pat pats pin otp totp authorization authentication bearer cookie cookies certificate cert pem keytab sas jwt ' +
    'signature sig salt conn session'
  ).split(' '),
)

/** Words and ends of words: `TOKEN` and `GHTOKEN`, `PGPASS` but not `COMPASS`. */
const ENDS = /(?:tokens?|pwd|pw|auth|creds?|urls?|uris?|dsn|(?<!com|by|tres|over|under|sur|im)pass)$/

/** Words before `key` in names of keys that are not secret. */
const HARMLESS_KEYS = new Set(
  (
    'partition primary foreign sort order group join cluster dist distribution shard hash unique index lookup date ' +
    'time surrogate natural business composite public cache routing object domain mon tur hoc joc don whis'
  ).split(' '),
)

/** The names of the shell for folders, which end like that of a password. */
const FOLDERS = new Set(['pwd', 'oldpwd'])

/**
 * Whether the name of a variable or of a setting says that its value is a secret, or a URL, which may hold one. Told by
 * its words: `GITHUB_PAT`, `githubPat` and `github-pat` are one name.
 */
export function namesSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''))
  const joined = words.filter((word) => word !== '').join('_')
  if (FOLDERS.has(joined)) return false
  return (
    ANYWHERE.test(joined) ||
    words.some((word, i) => WORDS.has(word) || ENDS.test(word) || opensSomething(word, words[i - 1]))
  )
}

/** A key of an account, a service, an encryption; not that of a table. */
function opensSomething(word: string, before: string | undefined): boolean {
  const key = /^(.*?)keys?$/.exec(word)
  return key !== null && !HARMLESS_KEYS.has(key[1] || before || '')
}
