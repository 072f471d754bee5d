export { default } from 'axios'
