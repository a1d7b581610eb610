import { INVALID_ORDER, sumOrder } from '../../../adapters/shared.mjs'

export async function POST(request: Request): Promise<Response> {
  const sum = sumOrder(await request.json().catch(() => undefined))
  return sum ? Response.json(sum) : Response.json(INVALID_ORDER, { status: 422 })
}
