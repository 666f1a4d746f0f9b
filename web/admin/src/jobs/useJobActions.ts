import { useMutation, useQueryClient } from '@tanstack/react-query';
import {
  DownloadLinkDocument,
  JobCancelDocument,
  JobReportDocument,
  JobRetryDocument,
  JobUndoDocument,
} from '../generated/graphql';
import type { FieldError } from '../graph/errors';
import { request } from '../graph/request';
import { type Job, jobQuery } from './useJob';

interface Answer {
  job?: Job | null;
  userErrors: FieldError[];
}

/** What can be done with a job. Each button has a key of its own, so that a second press starts nothing twice. */
export function useJobActions(id: string, onStarted: (jobId: string) => void) {
  const cancel = useAct(id, onStarted, async () => (await request(JobCancelDocument, { input: { id } })).jobCancel);
  const retry = useAct(
    id,
    onStarted,
    async () => (await request(JobRetryDocument, { input: keyed('retry') })).jobRetry,
  );
  const undo = useAct(id, onStarted, async () => (await request(JobUndoDocument, { input: keyed('undo') })).jobUndo);
  const report = useAct(id, onStarted, async () => {
    const input = { list: { jobRows: { jobId: id } }, format: 'XLSX' as const };
    return (await request(JobReportDocument, { input })).exportCreate;
  });
  return { cancel, retry, undo, report };

  function keyed(what: string) {
    return { id, idempotencyKey: `${what} ${id}` };
  }
}

/** Fetches a file by a link that works once. */
export function useDownload() {
  return useMutation({
    mutationFn: async (fileId: string): Promise<FieldError[]> => {
      const { downloadLinkCreate: made } = await request(DownloadLinkDocument, { input: { fileId } });
      if (made?.url) openLink(made.url);
      return made?.userErrors ?? [];
    },
  });
}

function openLink(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  document.body.append(link);
  link.click();
  link.remove();
}

function useAct(id: string, onStarted: (jobId: string) => void, send: () => Promise<Answer | null | undefined>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (): Promise<FieldError[]> => {
      const answer = await send();
      const job = answer?.job;
      if (job) client.setQueryData(jobQuery(job.id).queryKey, { job });
      if (job && job.id !== id) onStarted(job.id);
      return answer?.userErrors ?? [];
    },
  });
}
