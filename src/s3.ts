/**
 * The entry point `td-sluice/s3`: outputs in an S3-compatible object store.
 *
 * @packageDocumentation
 */

export { type S3ClientLike, type S3Credentials, type S3Options, s3 } from './sinks/targets/store/index.js'
