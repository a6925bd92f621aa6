import { access, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { ioError, SluiceError, systemCode } from '../../errors.js'
import { makeFolders } from '../../files/make-folders.js'
import { HERE, requireLocalPath } from '../../files/url-text.js'
import { type AnswerOptions, answerOptions } from '../options/answer.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'
import { escapeControls } from '../terminal/escape.js'
import { shellQuoted } from '../terminal/shell.js'
import { print } from '../text/print.js'

export function initCommand(program: Command, session: Session): void {
  const command = subcommand(program, session, {
    name: 'init',
    description:
      'Write a first manifest for td-sluice run, with comments, and a query of its own. Replaces no file.',
    examples: ['td-sluice init', 'td-sluice init exports && td-sluice run exports/exports.yaml --dry-run'],
  }).argument('[folder]', 'the folder to write into, which is made (default: the current one)')
  answerOptions(command).action(async (folder: string = '.') => {
    const { cwd } = session.context
    requireLocalPath(folder, 'init', HERE)
    const paths = Object.keys(FILES).map((name) => join(folder, name))
    for (const path of paths) await refuseExisting(resolve(cwd, path), path)
    try {
      makeFolders(resolve(cwd, folder))
    } catch (error) {
      throw ioError(error, `the folder ${folder}`)
    }
    for (const [i, text] of Object.values(FILES).entries()) {
      const path = paths[i]!
      // Another process may have made it meanwhile.
      await writeFile(resolve(cwd, path), text, { flag: 'wx' }).catch((error) => {
        throw systemCode(error) === 'EEXIST' ? existing(path) : ioError(error, path)
      })
    }
    const [manifest] = paths
    print({ manifest, files: paths }, command.optsWithGlobals<AnswerOptions>(), session, () => [
      ...paths.map((path) => `wrote ${escapeControls(path)}`),
      '',
      'Next:',
      ...nextSteps(shellQuoted(manifest!)),
    ])
  })
}

/** Command lines, and what each is for. */
function nextSteps(manifest: string): string[] {
  const steps = [
    [`td-sluice run ${manifest} --dry-run`, 'what it would do; nothing is sent'],
    ['td-sluice sandbox', 'tables to try it on, for another shell'],
    [`td-sluice run ${manifest}`, 'each export once for a day, however often it is started'],
    ['td-sluice help run', 'keys, placeholders, hooks; help cron'],
  ] as const
  const width = Math.max(...steps.map(([line]) => line.length))
  return steps.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`)
}

async function refuseExisting(at: string, path: string): Promise<void> {
  try {
    await access(at)
  } catch {
    return
  }
  throw existing(path)
}

function existing(path: string): SluiceError {
  return new SluiceError('E_EXISTS', `${path} exists and is not to be replaced`, {
    hint: 'name another folder: td-sluice init FOLDER',
  })
}

/** The starter, by names; the manifest is the first. */
const FILES: Readonly<Record<string, string>> = {
  'exports.yaml': `# Exports of td-sluice: each is done once for a scheduled time, however often this is started.
#   td-sluice run exports.yaml --dry-run    shows what would be done
#   td-sluice help run                      tells of all keys
# Editors complete the keys: td-sluice run --schema > manifest.schema.json, and as the first line
#   # yaml-language-server: $schema=manifest.schema.json
version: 1

# The clock of the schedule and of the dates below.
timezone: UTC
schedule: daily

# An account of ~/.config/td-sluice/config; without it TD_API_KEY and TD_SITE tell the account.
# profile: prod

# For all exports that do not say otherwise.
defaults:
  # Your database; this one has tables to try.
  database: sample_datasets
  # The day before the scheduled one, and the name of the export.
  output: out/\${date - 1d}/\${name}.csv.gz
  retries: 2
  wait_timeout: 2h

exports:
  - name: requests
    query_file: requests.sql
    params: { least: 200 }
    # Nothing is published without rows.
    expect: { rows: { min: 1 } }

  - name: codes
    query: |
      select code, count(1) as requests
      from www_access
      group by code
    output: out/\${date - 1d}/\${name}.parquet

# Run when one of them fails; the report comes on stdin.
# on_failure: mail -s 'td-sluice failed' me@example.com
`,
  'requests.sql': `-- :least is a value of params, quoted for the engine.
select path, code, count(1) as requests
from www_access
where code >= :least
group by path, code
`,
}
