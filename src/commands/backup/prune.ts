export { default } from './verify.js';
