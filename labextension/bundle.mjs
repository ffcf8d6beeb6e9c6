/** Makes the widget's module out of what tsc made: one file without imports, and its style. */

import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { rspack } from '@rspack/core';

const here = name => fileURLToPath(new URL(name, import.meta.url));
const folder = here('../wfrepair_magic/notebook/static');

const compiler = rspack({
  mode: 'production',
  target: ['web', 'es2020'],
  context: here('.'),
  entry: here('lib/widget.js'),
  output: {
    path: folder,
    filename: 'run.js',
    clean: true,
    module: true,
    library: { type: 'module' }
  }
});

compiler.run(async (error, stats) => {
  if (error || stats.hasErrors()) {
    throw error ?? new Error(stats.toString({ all: false, errors: true }));
  }
  await copyFile(here('style/base.css'), `${folder}/run.css`);
});
