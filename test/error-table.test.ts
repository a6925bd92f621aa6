import type { Command } from 'commander'
import t from 'tap'
import type { ErrorMeaning } from '../src/error-table.js'
import { adviceFor, ERROR_TABLE, type ErrorCode } from '../src/errors.js'
import { wholeProgram } from './support/cli/context.js'

const CODES = Object.keys(ERROR_TABLE) as ErrorCode[]
const program = await wholeProgram()

/** All advice with and without a job. */
const ADVICE = CODES.flatMap((code) =>
  [undefined, '12'].flatMap((jobId) => {
    const text = adviceFor(code, jobId)
    return text === undefined ? [] : [{ name: `${code}, job ${jobId}`, text, jobId }]
  }),
)

function allOf(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allOf)]
}

t.test('the compiler refuses a code whose columns are missing', async () => {
  // @ts-expect-error: job, bytes, transient and advice are missing.
  ;({ E_NEW: { exitCode: 1, retryable: false, meaning: 'x' } }) satisfies Record<string, ErrorMeaning>
})

t.test(
  'what passes within seconds is worth another run, and damaged bytes never leave the job as good as dead',
  async (t) => {
    for (const [code, { transient, retryable, bytes, job }] of Object.entries(ERROR_TABLE)) {
      if (transient) t.ok(retryable, code)
      if (bytes === 'suspect') t.equal(job, retryable ? 'alive' : 'spent', code)
      if (job !== 'alive') t.notOk(retryable, code)
    }
  },
)

t.test('advice is a whole line in lower case without a full stop', async (t) => {
  for (const { name, text } of ADVICE) {
    t.match(text, /^(?:--)?[a-z].*[^.\s]$/, name)
    t.notMatch(text, /undefined|null|[{}]/, name)
  }
})

t.test('advice names commands and options that exist, and commands on a job have its id', async (t) => {
  const options = new Set(allOf(program).flatMap(({ options }) => options.map(({ long }) => long)))
  for (const { name, text, jobId } of ADVICE) {
    for (const [, word] of text.matchAll(/td-sluice (\S+)(?= )/g)) {
      if (word === 'reads') continue
      const command = program.commands.find((each) => each.name() === word)
      t.ok(command, `${name}: ${word}`)
      const takesJob = command?.registeredArguments[0]?.name() === 'job-id'
      if (takesJob) t.match(text, `td-sluice ${word} ${jobId}`, name)
    }
    for (const [option] of text.matchAll(/--[a-z-]+/g)) t.ok(options.has(option), `${name}: ${option}`)
  }
})

t.test('with a job advice leads to that job, where there is something to do with it', async (t) => {
  t.equal(adviceFor('E_NET', '12'), 'the job is not lost: td-sluice dump 12 goes on with it')
  t.equal(adviceFor('E_NET'), 'run it again; --retries and --retry-delay allow for more patience')
  t.equal(adviceFor('E_JOB_KILLED'), undefined)
  t.equal(adviceFor('E_JOB_KILLED', '$&'), 'td-sluice show $& tells when, and what it was')
})
