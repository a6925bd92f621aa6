// Memory that is needed until a column of the batch is on its pages: repaired texts, and what the host parsed.

let last: usize = 0

/** 16 bytes before each piece keep the address of the piece before. */
export function borrow(bytes: usize): usize {
  const at = heap.alloc(bytes + 16 + 64)
  store<usize>(at, last)
  last = at
  return at + 16
}

export function returnBorrowed(): void {
  while (last != 0) {
    const before = load<usize>(last)
    heap.free(last)
    last = before
  }
}
