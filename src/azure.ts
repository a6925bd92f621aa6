/**
 * The entry point `td-sluice/azure`: outputs in Azure Blob Storage.
 *
 * @packageDocumentation
 */

export { type AzureClientLike, type AzureOptions, azure } from './sinks/targets/azure/index.js'
