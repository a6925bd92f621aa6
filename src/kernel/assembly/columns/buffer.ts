// Memory that grows. Columns come and go with row groups, so this module has a real allocator (the runtime's TLSF)
// where the row encoders make do with a bump pointer.

/** Bytes one may read and write beyond the end of every buffer: loops move whole vectors. */
export const SLACK: usize = 64

@unmanaged
export class Buffer {
  at: usize
  used: usize
  capacity: usize
}

export function newBuffer(capacity: usize): Buffer {
  const buffer = changetype<Buffer>(heap.alloc(offsetof<Buffer>()))
  buffer.at = heap.alloc(capacity + SLACK)
  buffer.used = 0
  buffer.capacity = capacity
  return buffer
}

export function freeBuffer(buffer: Buffer): void {
  heap.free(buffer.at)
  heap.free(changetype<usize>(buffer))
}

/** Makes room for `bytes` more than are used; what is there may move. */
// @ts-ignore: decorator
@inline
export function reserve(buffer: Buffer, bytes: usize): void {
  if (buffer.used + bytes > buffer.capacity) grow(buffer, bytes)
}

function grow(buffer: Buffer, bytes: usize): void {
  const capacity = max(buffer.used + bytes, buffer.capacity * 2)
  buffer.at = heap.realloc(buffer.at, capacity + SLACK)
  buffer.capacity = capacity
}

/** Gives memory back that one unusual batch needed. */
export function shrink(buffer: Buffer, capacity: usize): void {
  buffer.used = 0
  if (buffer.capacity <= capacity) return
  heap.free(buffer.at)
  buffer.at = heap.alloc(capacity + SLACK)
  buffer.capacity = capacity
}
