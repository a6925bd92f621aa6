/** The environment, as far as a manifest may see it. */
export type Environment = Readonly<Record<string, string | undefined>>
