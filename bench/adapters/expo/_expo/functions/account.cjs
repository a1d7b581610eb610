const { accountOf } = require('../../../shared.mjs')
const { preflight, withChain } = require('../../../../site/lib/chain.ts')

exports.GET = withChain(async (request) => Response.json(accountOf(new URL(request.url).searchParams.get('fail') === '1')))
exports.OPTIONS = preflight
