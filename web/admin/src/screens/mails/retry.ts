import type { Done } from '../../form/ActionDialog';
import { DeadMailRetryDocument } from '../../generated/graphql';
import { request } from '../../graph/request';

/** One after another; what one is refused with does not keep the others. */
export async function retryMails(ids: string[]): Promise<Done> {
  const errors: Done['errors'] = [];
  for (const id of ids) {
    const done = await request(DeadMailRetryDocument, { input: { id } });
    errors.push(...(done.mailRetry?.userErrors ?? []));
  }
  return { errors };
}
