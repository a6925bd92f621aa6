/** The one user of the sandbox, who owns all jobs. */
export const USER = { name: 'Sandbox', email: 'sandbox@localhost' } as const
