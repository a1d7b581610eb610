import { defineHandler, getQuery } from 'nitro/h3'
import { accountOf } from '../../shared.mjs'

export default defineHandler((event) => accountOf(getQuery(event).fail === '1'))
