import { type Command, Option } from 'commander'

/** Options of every command; they may also stand before the command's name. */
export function generalOptions(program: Command): void {
  program
    .option('--quiet', 'print nothing but errors on stderr')
    .option('-v, --verbose', 'print more about what is being done')
    .addOption(
      new Option('--log-format <format>', 'how stderr is written').choices(['text', 'json']).default('text'),
    )
    .addOption(
      new Option('--color <when>', 'use colours (default: auto, on terminals without NO_COLOR)').choices([
        'auto',
        'always',
        'never',
      ]),
    )
    .option('--no-color', 'the same as --color never')
}
