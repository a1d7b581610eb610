/** Whether the Fetch standard, or Node.js beyond it, has a meaning for a body of this kind; any other becomes a text. */
export const isBody = (value: unknown): boolean =>
  value instanceof ReadableStream ||
  value instanceof Blob ||
  value instanceof FormData ||
  value instanceof URLSearchParams ||
  value instanceof ArrayBuffer ||
  ArrayBuffer.isView(value) ||
  isAsyncIterable(value)

export const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value
