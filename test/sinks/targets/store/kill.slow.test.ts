import t from 'tap'
import { ended, patternOf, start, writerCommand } from '../../../support/files/child.js'
import { startS3 } from '../../../support/s3/server.js'
import { MIB, objectOf, PART, storeEnvironment, writeWhole } from '../../../support/s3/store.js'

t.setTimeout(1_800_000)

/** Two whole parts and a rest. */
const TASK = { destination: 's3://results/out.csv', chunks: 11, chunkBytes: MIB }

t.test(
  'H3: a run that is killed at any request leaves the old object or the new one, and the next run nothing else',
  async (t) => {
    const server = await startS3(t)
    const old = { bytes: Buffer.from('old'), size: 3, etag: '', type: '', metadata: {} }
    const env = { PATH: process.env.PATH, TD_SLUICE_PART_SIZE: String(PART), ...storeEnvironment(server) }
    const expected = patternOf(TASK)
    /** Kills at the `nth` moment; whether there was one. */
    const killedAt = async (nth: number): Promise<boolean> => {
      server.objects.set('out.csv', old)
      const child = start(writerCommand(TASK), { env })
      const end = ended(child)
      let moments = 0
      server.onRequest = () => {
        if (++moments === nth) child.kill('SIGKILL')
      }
      const { exit, stderr } = await end
      server.onRequest = undefined
      const { bytes } = server.objects.get('out.csv')!
      if (exit === 'SIGKILL')
        t.ok(
          [Buffer.from('old'), expected].some((either) => either.equals(bytes)),
          `moment ${nth}`,
        )
      else t.ok(exit === 0 && bytes.equals(expected), `the whole run: ${exit} ${stderr}`)
      return exit === 'SIGKILL'
    }
    const left: number[] = []
    for (let nth = 1; await killedAt(nth); nth++) {
      left.push(server.uploads.size)
      const notices: string[] = []
      await writeWhole(objectOf(server, 'out.csv'), Buffer.from('next'), {
        notice: ({ code }) => notices.push(code),
      })
      t.strictSame(
        [...server.uploads.values()].map(({ key }) => key),
        [],
        `moment ${nth}: ${notices}`,
      )
    }
    t.comment(`uploads and claims left by each kill: ${left}`)
    t.ok(left.length > 20 && left.filter((count) => count > 0).length > 10)
  },
)
