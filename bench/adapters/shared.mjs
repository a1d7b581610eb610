import { z } from 'zod'

/** What all adapters answer with, so that they differ in nothing but their framework. */

export const PORT = Number(process.env.PORT ?? 0)
export const HOSTNAME = '127.0.0.1'
export const ORIGIN = 'https://app.example'
export const TOKEN = 'a-token-of-thirty-two-characters'
export const ALLOW_METHODS = 'GET,POST'
export const ALLOW_HEADERS = 'authorization,content-type'

export const UNAUTHORIZED = { error: 'Unauthorized' }
export const INVALID_ORDER = { error: 'Invalid order' }
export const INTERNAL_ERROR = { error: 'Internal Server Error' }
export const NOT_FOUND = { error: 'Not Found' }

const orderSchema = z.object({
  customer: z.object({ name: z.string().min(1), email: z.email() }),
  items: z.array(z.object({ sku: z.string().min(1), quantity: z.int().positive(), price: z.number().positive() })).min(1),
  note: z.string().max(200).optional(),
})

/** @returns the order's sum, or `undefined` where it is not an order */
export function sumOrder(value) {
  const { success, data } = orderSchema.safeParse(value)
  if (!success) return undefined
  const total = data.items.reduce((sum, { quantity, price }) => sum + quantity * price, 0)
  return { customer: data.customer.name, items: data.items.length, total }
}

/** What the account case answers; `?fail=1` makes it throw. */
export function accountOf(fails) {
  if (fails) throw new Error('The account is on fire.')
  return { user: 'ada' }
}

/** The address of a listening `http.Server`, for adapters that start one themselves. */
export const listenOn = (server) => server.listen(PORT, HOSTNAME)
