import { SluiceError } from '../errors.js'

/** Where a secret would be visible to every user of the machine, in the list of processes. */
const API_KEY_FLAG = /^(?:--api-?key(?:=|$)|-k)/i

/** The letters of `td table:export`. */
const S3_KEY_FLAG = /^-[ks]/

/**
 * Refuses an API key among the arguments, before anything can repeat it. That of a sandbox opens nothing, and its command
 * takes it.
 */
export function refuseSecrets(args: readonly string[], command: string | undefined): void {
  if (command === 'sandbox') return
  const end = args.indexOf('--')
  const flags = end === -1 ? args : args.slice(0, end)
  if (command === 'export' && flags.some((arg) => S3_KEY_FLAG.test(arg))) {
    throw new SluiceError(
      'E_USAGE',
      'keys of S3 are not taken as arguments: every user of this machine could see them',
      { hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a role with --assume-role' },
    )
  }
  if (flags.some((arg) => API_KEY_FLAG.test(arg))) {
    throw new SluiceError(
      'E_USAGE',
      'an API key is not taken as an argument: every user of this machine could see it',
      {
        hint: 'set TD_API_KEY, or write the key into a file only you can read and give --api-key-file FILE',
      },
    )
  }
}
