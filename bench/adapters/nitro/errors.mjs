import { INTERNAL_ERROR, NOT_FOUND } from '../shared.mjs'

export default (error) =>
  error.status === 404 ? Response.json(NOT_FOUND, { status: 404 }) : Response.json(INTERNAL_ERROR, { status: 500 })
