import { defineHandler, getRouterParam } from 'nitro/h3'

export default defineHandler((event) => ({ id: getRouterParam(event, 'id', { decode: true }) }))
