// Compressed copies beside the files that are worth it, so that no answer has to be compressed.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const FOLDER = 'dist';
const WORTH_IT = 1024;
const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

for (const name of await readdir(FOLDER)) {
  if (!/\.(js|css|svg|txt)$/.test(name)) continue;
  const text = await readFile(join(FOLDER, name));
  if (text.length < WORTH_IT) continue;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  await writeFile(join(FOLDER, `${name}.br`), await brotli(text, { params }));
  await writeFile(join(FOLDER, `${name}.gz`), await gzipped(text, { level: 9 }));
}
