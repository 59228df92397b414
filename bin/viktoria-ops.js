#!/usr/bin/env node
const { boot } = require('../dist/boot.js');
boot(require('node:path').join(__dirname, '..', 'dist'))
  .main(process.argv.slice(2), process)
  .then((code) => (process.exitCode = code));
