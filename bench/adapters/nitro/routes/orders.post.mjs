import { defineHandler, readBody } from 'nitro/h3'
import { INVALID_ORDER, sumOrder } from '../../shared.mjs'

export default defineHandler(async (event) => {
  const sum = sumOrder(await readBody(event).catch(() => undefined))
  if (sum) return sum
  event.res.status = 422
  return INVALID_ORDER
})
