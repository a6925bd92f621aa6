/** The environment, as far as a manifest may see it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What opens the account. Nobody but the client needs it, so no manifest and no hook gets it. */
export const API_KEY_VARIABLES: readonly string[] = ['TD_API_KEY', 'TREASURE_DATA_API_KEY']
