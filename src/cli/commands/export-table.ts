import { type Command, Option } from 'commander'
import { SluiceError } from '../../errors.js'
import { type AnswerOptions, jsonOption } from '../options/answer.js'
import { type ConnectionOptions, connectionOptions } from '../options/connection.js'
import { epochSeconds } from '../options/parse.js'
import { type IssueFlags, issueOptions } from '../options/waiting.js'
import type { Session } from '../session.js'
import { subcommand } from '../subcommand.js'

interface ExportTableOptions extends IssueFlags, ConnectionOptions, AnswerOptions {
  bucket: string
  prefix?: string
  fileFormat: 'jsonl.gz' | 'tsv.gz' | 'json.gz' | 'line-json.gz'
  from?: number
  to?: number
  encryption?: 's3'
  assumeRole?: string
  poolName?: string
  domainKey?: string
}

export function exportTableCommand(group: Command, session: Session): void {
  const command = subcommand(group, session, {
    name: 'table',
    summary: 'write a table to S3',
    description:
      'Write a table to S3. Prints the id of the export job. The keys of S3 come from AWS_ACCESS_KEY_ID and ' +
      'AWS_SECRET_ACCESS_KEY, unless --assume-role names a role.',
    examples: [
      'td-sluice export table sample_datasets www_access -b my-bucket -p access/ -a arn:aws:iam::1:role/export -w',
      'AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… td-sluice export table db events -b my-bucket -f 2026-01-01T00:00Z',
    ],
  })
    .argument('<database>', 'name of the database')
    .argument('<table>', 'name of the table')
    .optionsGroup('Target:')
    .requiredOption('-b, --bucket <name>', 'S3 bucket')
    .option('-p, --prefix <path>', 'prefix of the file names')
    .addOption(
      new Option('-F, --file-format <format>', 'format of the files')
        .choices(['jsonl.gz', 'tsv.gz', 'json.gz', 'line-json.gz'])
        .default('jsonl.gz'),
    )
    .addOption(new Option('-e, --encryption <kind>', 'server-side encryption').choices(['s3']))
    .option('-a, --assume-role <arn>', 'IAM role to assume instead of keys')
    .optionsGroup('Rows:')
    .option(
      '-f, --from <time>',
      'from this time on: 2026-01-31T12:00:00Z or seconds since 1970',
      epochSeconds,
    )
    .option('-t, --to <time>', 'up to this time', epochSeconds)
    .optionsGroup('Job:')
    .option('-O, --pool-name <name>', 'resource pool')
    .option('--domain-key <key>', 'unique key of the job')
  issueOptions(command, 'wait for the export; the exit code says how it ended')
  connectionOptions(jsonOption(command)).action(async (database: string, table: string) => {
    const options = command.optsWithGlobals<ExportTableOptions>()
    const { withClient } = await import('../with-client.js')
    const { announce } = await import('../wait.js')
    const { env, signal } = session.context
    if (options.assumeRole !== undefined && !options.assumeRole.startsWith('arn:'))
      throw new SluiceError(
        'E_USAGE',
        '--assume-role names a role by its ARN, such as arn:aws:iam::123456789012:role/export',
      )
    const keys = options.assumeRole === undefined ? awsKeys(env) : { assumeRole: options.assumeRole }
    const { bucket, prefix, fileFormat, from, to, encryption, poolName, domainKey } = options
    await withClient(options, session, async (client) => {
      const jobId = await client.exportTable(database, table, {
        ...keys,
        bucket,
        fileFormat,
        filePrefix: prefix,
        from,
        to,
        encryption,
        poolName,
        domainKey,
        signal,
      })
      await announce(jobId, client, options, session)
    })
  })
}

function awsKeys(env: Readonly<Record<string, string | undefined>>) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey }
  throw new SluiceError('E_USAGE', 'no S3 keys given', {
    hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a role with --assume-role',
  })
}
