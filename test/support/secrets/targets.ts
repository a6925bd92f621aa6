/** Export targets of every kind with a secret in them, as users write them. */
import fc from 'fast-check'

/** Characters that end one part of a URL or of a text, and such that have another form in it. */
const AWKWARD = [
  '/',
  '@',
  ':',
  '?',
  '#',
  '&',
  ';',
  '=',
  '%',
  '+',
  ' ',
  '"',
  "'",
  '\\',
  '.',
  '$',
  '{',
  '|',
  '<',
  'é',
  '🙂',
]

/** Begins and ends every secret, and both halves of one that is cut at an awkward character. */
const HALVES = ['Canary7Left', 'Canary8Right']

/** A secret whose halves are joined by awkward characters; either half must be found nowhere. */
export const secretText: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...AWKWARD), { maxLength: 4 })
  .map((marks) => HALVES.join(marks.join('')))

/** Whether either half of a secret shows, in any letter case. */
export function leaks(text: string): boolean {
  const seen = text.toLowerCase()
  return HALVES.some((half) => seen.includes(half.toLowerCase()))
}

const strict = encodeURIComponent

/** What a target is made of a secret, raw or encoded. */
export const TARGETS: Readonly<Record<string, (secret: string) => string>> = {
  'password of a database': (s) => `postgresql://me:${s}@db.example.com:5432/shop/t?mode=append`,
  'encoded password': (s) => `mysql://me:${strict(s)}@db.example.com/shop/t`,
  'password twice encoded': (s) => `mysql://me:${strict(strict(s))}@db.example.com/shop/t`,
  'secret key of a bucket': (s) => `s3://AKIDEXAMPLE:${s}@/bucket/path/file.csv.gz?format=csv`,
  'access key of a bucket': (s) => `s3://${s}:x@/bucket/path.csv`,
  'key of another account': (s) => `td://${s}@/db/table?mode=replace`,
  'key of another account and its host': (s) => `td://${s}@api.treasuredata.co.jp/db/table`,
  'user with an address for a name': (s) => `sfdc://me@example.com:${s}@login.salesforce.com/Contact`,
  'encoded whole': (s) => strict(`mysql://me:${s}@db.example.com/t`),
  'password as a parameter': (s) => `postgresql://db.example.com/x?password=${s}`,
  'encoded password as a parameter': (s) =>
    `postgresql://me@db.example.com/x?password=${strict(s)}&mode=append`,
  'token as a parameter': (s) => `gspreadsheet://me@db.example.com/x?spreadsheet=y&refresh_token=${s}#z`,
  'password behind semicolons': (s) => `sqlserver://db.example.com;user=me;password=${s}`,
  'two secrets': (s) => `sftp://me:${s}@db.example.com/x?passphrase=${s}`,
  'scheme of two parts': (s) => `jdbc:mysql://me:${s}@db.example.com/x`,
  'no scheme': (s) => `me:${s}@db.example.com/x`,
  'settings of a bucket': (s) =>
    JSON.stringify({ type: 's3', bucket: 'b', access_key_id: 'AKID', secret_access_key: s }),
  'settings of a database': (s) =>
    JSON.stringify({ type: 'mysql', host: 'db.example.com', user: 'me', password: s }),
  'settings with a key file': (s) =>
    JSON.stringify({
      type: 'bigquery',
      json_keyfile: { content: JSON.stringify({ type: 'x', private_key: s }) },
    }),
  'settings with a list': (s) =>
    JSON.stringify({ type: 'x', headers: [{ name: 'Authorization', value: s }, s] }),
  'settings with a URL': (s) =>
    JSON.stringify({ type: 'x', path: `sftp://me:${s}@db.example.com/x`, url: s }),
  'settings with spaces': (s) => JSON.stringify({ type: 's3', secret_access_key: s }, null, 2),
  'settings that are broken': (s) => `{"type":"s3","password":${JSON.stringify(s)}`,
}
