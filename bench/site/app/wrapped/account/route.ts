import type { NextRequest } from 'next/server'
import { accountOf } from '../../../../adapters/shared.mjs'
import { preflight, withChain } from '../../../lib/chain'

export const GET = withChain(async (request: NextRequest) => Response.json(accountOf(request.nextUrl.searchParams.get('fail') === '1')))

export const OPTIONS = preflight
