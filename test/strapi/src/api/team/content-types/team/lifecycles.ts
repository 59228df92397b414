import { errors } from '@strapi/utils';
import { timed } from '../../../../truth';

const nameIsGiven = ({ params }) => {
  if (params.data.name !== undefined && params.data.name.trim() === '')
    throw new errors.ValidationError('a team has a name');
};

export default {
  beforeCreate: timed('api::team.team#beforeCreate', nameIsGiven),
  beforeUpdate: timed('api::team.team#beforeUpdate', nameIsGiven),
  afterUpdate: timed('api::team.team#afterUpdate', () => undefined),
};
