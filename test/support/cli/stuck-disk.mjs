// For --import: from the first SIGINT on, the one thread of the pool waits for a writer of the FIFO $STUCK_ON, so that
// no asynchronous operation on a file ends: a disk that does not answer. Needs UV_THREADPOOL_SIZE=1.
import { open } from 'node:fs'

process.once('SIGINT', () => open(process.env.STUCK_ON, 'r', () => {}))
