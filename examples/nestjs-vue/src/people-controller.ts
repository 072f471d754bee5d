import { Controller, Delete, Get, HttpCode, Inject, Param, Put } from '@nestjs/common'
import { ApiOperation, ApiTags } from '@nestjs/swagger'
import { Scopes } from '@sessionward/guard/nestjs'
import { PEOPLE, type People } from './people.js'

/** For administrators only: the role `admin` is in the scope of the access token. */
@ApiTags('people')
@Controller('api/people')
@Scopes('admin')
export class PeopleController {
  readonly #people: People

  // Named, as esbuild and its like write no metadata of types.
  constructor(@Inject(PEOPLE) people: People) {
    this.#people = people
  }

  @Get()
  @ApiOperation({ summary: 'Everybody with an account' })
  list() {
    return this.#people.list()
  }

  @Delete(':subject/sessions')
  @ApiOperation({ summary: 'Takes a person off line, in every browser, at once' })
  async signOut(@Param('subject') subject: string) {
    return { ended: await this.#people.signOut(subject) }
  }

  @Put(':subject/roles/admin')
  @HttpCode(204)
  @ApiOperation({ summary: 'Gives the role of an administrator' })
  async giveRole(@Param('subject') subject: string) {
    await this.#people.setAdministrator(subject, true)
  }

  @Delete(':subject/roles/admin')
  @HttpCode(204)
  @ApiOperation({ summary: 'Takes the role of an administrator away' })
  async takeRole(@Param('subject') subject: string) {
    await this.#people.setAdministrator(subject, false)
  }
}
