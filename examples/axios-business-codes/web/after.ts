import { api, client } from './api.js'
import { openBackOffice } from './back-office.js'
import { unwrapAnswers } from './unwrap-answers.js'

unwrapAnswers(api)
openBackOffice({ title: 'after', api, session: client })
