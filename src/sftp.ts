/**
 * The entry point `td-sluice/sftp`: outputs on SSH servers.
 *
 * @packageDocumentation
 */

export { type SftpOptions, sftp } from './sinks/targets/sftp/index.js'
