#!/usr/bin/env node
process.exitCode = 70; // until main says better: an event loop that runs dry is no success
const { boot } = require('../dist/boot.js');
boot(require('node:path').join(__dirname, '..', 'dist'))
  .main(process.argv.slice(2), process)
  .then((code) => (process.exitCode = code));
