import { SluiceError } from '../errors.js'

/** Where a secret would be visible to every user of the machine, in the list of processes. */
const API_KEY_FLAG = /^(?:--api-?key|--apikey)(?:=|$)/i

/** Refuses an API key among the arguments, before anything can repeat it. */
export function refuseSecrets(args: readonly string[]): void {
  const end = args.indexOf('--')
  const flags = end === -1 ? args : args.slice(0, end)
  if (flags.some((arg) => API_KEY_FLAG.test(arg)) || flags[0] === '-k') {
    throw new SluiceError(
      'E_USAGE',
      'an API key is not taken as an argument: every user of this machine could see it',
      {
        hint: 'set TD_API_KEY, or write the key into a file only you can read and give --api-key-file FILE',
      },
    )
  }
}
