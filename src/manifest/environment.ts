/** The environment, as far as a manifest may see it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What opens the account. Nobody but the client needs it, so no manifest and no hook gets it. */
export const API_KEY_VARIABLES: readonly string[] = ['TD_API_KEY', 'TREASURE_DATA_API_KEY']

const SECRET_WORD =
  /(?:^|_)(?:API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET|TOKEN|PASS(?:WORD|WD|PHRASE)?|CREDENTIALS?)(?:_|$)/i

/** Whether the name of a variable says that its value is a secret. */
export function namesSecret(name: string): boolean {
  return SECRET_WORD.test(name)
}
