import { defineHandler, getQuery } from 'nitro/h3'

export default defineHandler((event) => {
  const { q, page } = getQuery(event)
  return { q, page: Number(page) }
})
