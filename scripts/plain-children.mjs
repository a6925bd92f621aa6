// Loaded into each process that runs tests. The test runner puts its own modules into every process that a test starts, to
// measure a coverage that is not asked for. They take a quarter of a second of processor time, 20 MiB and 40 descriptors,
// and are not allowed what the command does without.
import processOnSpawn from 'process-on-spawn'

processOnSpawn.removeAllListeners()
delete process.env.NODE_OPTIONS
