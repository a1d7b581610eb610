const { INVALID_ORDER, sumOrder } = require('../../../shared.mjs')

exports.POST = async (request) => {
  const sum = sumOrder(await request.json().catch(() => undefined))
  return sum ? Response.json(sum) : Response.json(INVALID_ORDER, { status: 422 })
}
