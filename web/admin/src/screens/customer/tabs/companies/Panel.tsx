import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../../../../app/formats';
import { DataTable } from '../../../../components/DataTable';
import { Empty } from '../../../../components/Empty';
import { QueryFrame } from '../../../../components/QueryFrame';
import { companiesQuery } from './query';

export default function CompaniesPanel({ id }: { id: string }) {
  const { t } = useTranslation(['customer', 'values', 'grid']);
  const formats = useFormats();
  return (
    <QueryFrame query={useQuery(companiesQuery(id))}>
      {({ customer }) => {
        const memberships = customer?.memberships ?? [];
        if (memberships.length === 0) return <Empty icon="building" title={t('noCompanies')} />;
        return (
          <DataTable
            label={t('tab.companies')}
            heads={[t('company'), t('orderStatus'), t('role'), t('companyAdmin'), t('activeMember'), t('joined')]}
            rows={memberships}
            keyOf={(one) => one.id}
            cells={(one) => [
              one.company?.name,
              one.company ? t(`values:CompanyStatus.${one.company.status}`) : null,
              one.role.name,
              t(`grid:boolean.${one.isAdmin}`),
              t(`grid:boolean.${one.isActive}`),
              formats.dateTime(one.joinedAt),
            ]}
          />
        );
      }}
    </QueryFrame>
  );
}
