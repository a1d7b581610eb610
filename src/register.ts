export {} from './build/register.js'
