/** The account of a plan that is looked at only. */
export const accountFor = () => ({ endpoint: 'http://localhost', database: undefined })
