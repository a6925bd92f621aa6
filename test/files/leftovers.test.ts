import t from 'tap'
import { discardAllSync, onAbruptEnd } from '../../src/files/leftovers.js'

t.test('what was registered last goes first, and once', async (t) => {
  const gone: string[] = []
  for (const name of ['lock', 'part', 'hook']) onAbruptEnd(() => gone.push(name))
  discardAllSync()
  discardAllSync()
  t.strictSame(gone, ['hook', 'part', 'lock'])
})

t.test('what was taken back stays', async (t) => {
  const gone: string[] = []
  const settled = onAbruptEnd(() => gone.push('settled'))
  onAbruptEnd(() => gone.push('open'))
  settled()
  discardAllSync()
  t.strictSame(gone, ['open'])
})

t.test('what cannot be removed does not keep the rest', async (t) => {
  const gone: string[] = []
  onAbruptEnd(() => gone.push('lock'))
  onAbruptEnd(() => {
    throw new Error('a part that is not there')
  })
  t.doesNotThrow(discardAllSync)
  t.strictSame(gone, ['lock'])
})
